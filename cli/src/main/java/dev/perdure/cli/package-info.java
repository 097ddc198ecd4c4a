/**
 * The one program {@code perdure}.
 *
 * <ol>
 *   <li>{@link dev.perdure.cli.Perdure} lists the commands, and turns every error into one message and an exit code.
 *   <li>{@code TrainCommand} and {@code ResumeCommand} supervise a run in front of a person; {@code DemoCommand} kills one
 *       in plain sight.
 *   <li>{@code Front} is what a person starts: it has {@code SuperviseCommand} at work in a process of its own and starts its
 *       successor when it dies. {@code WorkerCommand} is a process that trains; {@code LocalLauncher} starts them.
 *   <li>{@code TerminalProgress} shows a run on the terminal: one live line, and lines that stay for what happened.
 *   <li>{@code ServeCommand} serves a folder of bundles: {@code ServeSession} is that from its first process to its last, {@code
 *       ModelWatch} sees what appears and vanishes meanwhile, and {@code RolloutRecords} keep what was decided about it.
 *   <li>{@code CheckpointCommand} looks after a run's checkpoints; {@code BenchCommand} measures.
 * </ol>
 */
@NullMarked
package dev.perdure.cli;

import org.jspecify.annotations.NullMarked;
