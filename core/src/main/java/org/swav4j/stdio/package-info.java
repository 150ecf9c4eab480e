/** C's output streams, kept quiet while native code would print what is said better elsewhere. */
package org.swav4j.stdio;
