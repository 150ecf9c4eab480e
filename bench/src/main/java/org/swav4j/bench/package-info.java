/** Benchmarks: ratios measured side by side in one run. */
package org.swav4j.bench;
