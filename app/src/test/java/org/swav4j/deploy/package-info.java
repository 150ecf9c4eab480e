/** Whether what lies in {@code deploy/} is what schedulers take, as far as that can be told without them. */
package org.swav4j.deploy;
