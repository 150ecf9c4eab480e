/** Optimisers (LARC around SGD, AdamW) and schedules as pure functions of the step. */
package org.swav4j.optim;
