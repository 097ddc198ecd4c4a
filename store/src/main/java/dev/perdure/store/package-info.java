/**
 * A handful of promises an object store keeps.
 *
 * <ol>
 *   <li>{@link dev.perdure.store.ObjectStore}: the promises.
 * </ol>
 */
@NullMarked
package dev.perdure.store;

import org.jspecify.annotations.NullMarked;
