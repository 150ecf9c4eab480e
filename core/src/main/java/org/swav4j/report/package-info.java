/** What an evaluation found: the record that programs read, and the page that people look at. */
package org.swav4j.report;
