/** The run directory: configuration, provenance and metrics; writer and reader. */
package org.swav4j.runlog;
