/** Networks: the ResNet family and its widths, batch norm, projection head, prototypes; torchvision's key names. */
package org.swav4j.nn;
