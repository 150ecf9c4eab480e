/** Images in S3: locations become paths of Amazon's file system for {@code java.nio}, with a client made for reading. */
package org.swav4j.s3;
