/** The seam for several processes: collective operations over ranks. */
package org.swav4j.comm;
