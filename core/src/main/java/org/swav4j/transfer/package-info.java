/** What frozen features are worth on other data sets, of images that may show several classes at once. */
package org.swav4j.transfer;
