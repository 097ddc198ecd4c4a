/**
 * A handful of promises an object store keeps.
 *
 * <ol>
 *   <li>{@link dev.perdure.store.ObjectStore}: the promises; {@link dev.perdure.store.ObjectNames} says what an object may
 *       be called, {@link dev.perdure.store.StoreFullException} and {@link dev.perdure.store.CorruptObjectException} what
 *       may be wrong with it.
 *   <li>{@link dev.perdure.store.LocalObjectStore}: a folder. {@link dev.perdure.store.TemporaryFiles} holds what is being
 *       written, {@link dev.perdure.store.Transfer} moves the bytes, {@link dev.perdure.store.Publishing} gives the name,
 *       {@link dev.perdure.store.DurableFolders} makes it last, {@link dev.perdure.store.Listing} finds it again, {@link
 *       dev.perdure.store.Complaints} says what went wrong.
 *   <li>{@link dev.perdure.store.MemoryObjectStore}: the same in memory.
 *   <li>{@link dev.perdure.store.RetryingObjectStore}, {@link dev.perdure.store.MeteredObjectStore}: wrappers that try
 *       again and that count.
 *   <li>{@link dev.perdure.store.MirroredObjectStore}: two stores as one; what it gets over is a {@link
 *       dev.perdure.store.MirrorIncident}, what it mends a {@link dev.perdure.store.MirrorRepair}.
 *   <li>{@link dev.perdure.store.ObjectStores}: opens a store by its location.
 * </ol>
 */
@NullMarked
package dev.perdure.store;

import org.jspecify.annotations.NullMarked;
