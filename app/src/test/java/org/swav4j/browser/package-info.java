/** What tests of pages share. */
package org.swav4j.browser;
