package dev.perdure.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.perdure.routing.Notice;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.function.Consumer;

/** Says nothing to people of what happens while models are served, and tells a listener. */
final class ToldServing extends ServeTelling {
    private volatile Consumer<Notice> listener = _ -> {};

    ToldServing() {
        super(new PrintStream(OutputStream.nullOutputStream(), false, UTF_8));
    }

    void hear(Consumer<Notice> to) {
        listener = to;
    }

    @Override
    public void told(String model, Notice notice) {
        listener.accept(notice);
    }
}
