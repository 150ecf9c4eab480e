/** The command line {@code swav}: one class per command, which parses, calls the library, prints, and returns an exit code. */
package org.swav4j.cli;
