package dev.perdure.access;

import dev.perdure.core.BadSettingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What files say, as long as it is usable. They are looked at again and again; a change counts when it was seen twice alike, so
 * that files which belong together can be replaced one after the other. When what they say then is wrong, or one is gone, what
 * they said before stays, and the listener hears why.
 */
public final class Reloaded<T> implements AutoCloseable {
    private static final long BYTES_MAX = 4 << 20;

    private final String what;
    private final List<Path> files;
    private final Function<List<byte[]>, T> reader;
    private final Function<T, String> words;
    private final ReloadListener listener;
    private final Thread thread;
    private volatile T current;

    /** What was found at one look: everything, or why not. */
    private record Look(List<byte[]> contents, Optional<String> trouble) {
        boolean isLike(Look other) {
            if (!trouble.equals(other.trouble) || contents.size() != other.contents.size()) {
                return false;
            }
            for (int i = 0; i < contents.size(); i++) {
                if (!Arrays.equals(contents.get(i), other.contents.get(i))) {
                    return false;
                }
            }
            return true;
        }
    }

    /**
     * Reads files for the first time, and looks at them again from then on.
     *
     * @param what they are, for people
     * @param reader makes something of their contents, or throws a {@link BadSettingException}
     * @param words says what was read, for people
     * @param every how long it is from one look to the next
     * @throws BadSettingException if they say nothing usable, or cannot be read
     */
    public Reloaded(
            String what,
            List<Path> files,
            Function<List<byte[]>, T> reader,
            Function<T, String> words,
            ReloadListener listener,
            Duration every) {
        this.what = what;
        this.files = List.copyOf(files);
        this.reader = reader;
        this.words = words;
        this.listener = listener;
        Look first = look();
        first.trouble().ifPresent(trouble -> {
            throw new BadSettingException(trouble);
        });
        this.current = reader.apply(first.contents());
        this.thread = Thread.ofVirtual().name("reload " + what).start(() -> watch(first, every));
    }

    /** Returns what they say. */
    public T get() {
        return current;
    }

    private Look look() {
        var contents = new ArrayList<byte[]>();
        for (Path file : files) {
            try {
                if (Files.size(file) > BYTES_MAX) {
                    return new Look(
                            List.of(),
                            Optional.of("%s: more than %d bytes (expected: fewer)".formatted(file, BYTES_MAX)));
                }
                contents.add(Files.readAllBytes(file));
            } catch (IOException e) {
                return new Look(
                        List.of(),
                        Optional.of("%s: cannot be read: %s (expected: a file that this process may read)"
                                .formatted(file, e.getClass().getSimpleName())));
            }
        }
        return new Look(contents, Optional.empty());
    }

    private void watch(Look first, Duration every) {
        Look taken = first;
        Look before = first;
        try {
            while (true) {
                Thread.sleep(every);
                Look now = look();
                if (now.isLike(before) && !now.isLike(taken)) {
                    taken = now;
                    take(now);
                }
                before = now;
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void take(Look look) {
        try {
            look.trouble().ifPresent(trouble -> {
                throw new BadSettingException(trouble);
            });
            current = reader.apply(look.contents());
            listener.changed(what, true, words.apply(current));
        } catch (RuntimeException e) {
            listener.changed(what, false, String.valueOf(e.getMessage()));
        }
    }

    /** Looks no more. */
    @Override
    public void close() {
        thread.interrupt();
    }
}
