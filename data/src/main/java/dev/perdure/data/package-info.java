/**
 * The data feed: records as they lie on disk become batches whose bits depend on settings and seeds alone.
 *
 * <ol>
 *   <li>{@link dev.perdure.data.DataSettings}: where the records are and what is done to them.
 *   <li>{@link dev.perdure.data.Dataset} opens them: validated, split, normalised, digested; gives batches.
 *   <li>{@link dev.perdure.data.DataReport}: what was found on the way, quarantined records and warnings included; above
 *       the share that the settings allow, {@link dev.perdure.data.BadDataException}.
 *   <li>{@link dev.perdure.data.SampleOrder}: the order of an epoch as a pure function of seed and epoch.
 *   <li>{@link dev.perdure.data.Prefetcher}: coming batches are prepared while the present one is computed.
 * </ol>
 */
@NullMarked
package dev.perdure.data;

import org.jspecify.annotations.NullMarked;
