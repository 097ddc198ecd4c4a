/**
 * Who trains what, and what is done when something fails.
 *
 * <ol>
 *   <li>{@link dev.perdure.supervision.FromWorker} and {@link dev.perdure.supervision.ToWorker}: everything that workers
 *       and their supervisor say to each other, each on one page.
 *   <li>{@link dev.perdure.supervision.Generation}: who is in, who computes which microbatches, and where they begin.
 * </ol>
 */
@NullMarked
package dev.perdure.supervision;

import org.jspecify.annotations.NullMarked;
