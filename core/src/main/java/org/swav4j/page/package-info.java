/** HTML pages that are one file and need nothing else: their frame, text in them, and pictures in them. */
package org.swav4j.page;
