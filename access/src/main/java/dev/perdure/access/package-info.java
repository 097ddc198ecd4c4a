/**
 * Who may ask a server, and how what is said stays between the two: read from files, and read again when those change.
 *
 * <ol>
 *   <li>{@link dev.perdure.access.Door}: decides on every request, by what it shows: a key of {@link
 *       dev.perdure.access.ApiKeys} or a token that {@link dev.perdure.access.Tokens} believe. It gives a {@link
 *       dev.perdure.access.Caller}.
 *   <li>{@link dev.perdure.access.TlsFiles}: certificates for the server, and whose clients' certificates it takes.
 *   <li>{@link dev.perdure.access.Reloaded}: what files say, as long as they say something usable ({@link
 *       dev.perdure.access.ReloadListener} hears of changes).
 *   <li>{@link dev.perdure.access.AuditLog}: what was changed, by whom, durable before it is done.
 * </ol>
 *
 * <p>Inside: {@code Pem} reads keys and certificates, {@code Verified} remembers tokens that were believed.
 */
@NullMarked
package dev.perdure.access;

import org.jspecify.annotations.NullMarked;
