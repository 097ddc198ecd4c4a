/**
 * Answers that were given before, by the exact question: kept in memory, and in a file that outlives the process. It knows
 * nothing of models: questions and answers are bytes.
 *
 * <ol>
 *   <li>{@link dev.perdure.recall.Recall}: what is promised. {@link dev.perdure.recall.Question} is what an answer is found
 *       by, {@link dev.perdure.recall.KnownAnswer} what is kept, {@link dev.perdure.recall.RecallLimits} how much and how
 *       long.
 *   <li>{@link dev.perdure.recall.MemoryRecall}: a bounded cache.
 *   <li>{@link dev.perdure.recall.SqliteRecall}: the same, written behind by one thread, and read when it begins. {@code
 *       AnswerFile} is that file, {@code Change} what is to be written to it; {@code AnswerSum} tells a damaged answer from a
 *       whole one, {@code FileTrouble} people what is the matter.
 * </ol>
 */
@NullMarked
package dev.perdure.recall;

import org.jspecify.annotations.NullMarked;
