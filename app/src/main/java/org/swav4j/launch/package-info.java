/** Several processes of this program on one machine: one starts them, passes on what they print and what it is told, and ends them. */
package org.swav4j.launch;
