/**
 * The durable facts of supervising trainings, in SQLite by default and in PostgreSQL where hosts share them.
 *
 * <ol>
 *   <li>{@link dev.perdure.registry.Registry}: everything that can be asked, {@link dev.perdure.registry.Registries} opens
 *       one.
 *   <li>{@link dev.perdure.registry.Run}, and the {@link dev.perdure.registry.Lease} that says who supervises it; its epoch is
 *       the fence that every write passes.
 *   <li>{@link dev.perdure.registry.Fact}: everything a supervisor writes; {@link dev.perdure.registry.Standing}: what its
 *       successor goes on from; {@link dev.perdure.registry.RecoveryStatistics},
 *       {@link dev.perdure.registry.HostStatistics}: what all runs together teach.
 *   <li>{@link dev.perdure.registry.RegistryException}: why something was not done; each kind calls for something else.
 *   <li>{@code JdbiRegistry}: what runs in which transaction. {@code Leases}, {@code Runs}, {@code FactWriter},
 *       {@code FactReader}, {@code Learned}: the SQL, one text for both databases.
 *   <li>{@code Database}, {@code RegistryUrl}: connections. {@code Patience}, {@code Trouble}: which errors pass, and for how
 *       long they are waited out.
 *   <li>{@code Schema}, {@code Migration}, and the files in {@code perdure-registry/}: the tables and their versions.
 * </ol>
 */
@NullMarked
package dev.perdure.registry;

import org.jspecify.annotations.NullMarked;
