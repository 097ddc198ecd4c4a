/** Saves, finds, verifies, repairs and retains checkpoints. */
@NullMarked
package dev.perdure.checkpoint;

import org.jspecify.annotations.NullMarked;
