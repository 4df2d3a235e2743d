/** Training states as files, so that a run that was stopped or killed goes on as if it had not been. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.train.checkpoints;
