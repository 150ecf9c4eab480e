/** Where images come from: one class per kind of source. */
package org.swav4j.source;
