package dev.perdure.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;

/** What a person sees who watches the output: the lines, with carriage returns and erasures carried out. */
final class Screen {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final Charset charset;
    final PrintStream out;

    Screen() {
        this(UTF_8);
    }

    Screen(Charset charset) {
        this.charset = charset;
        this.out = new PrintStream(bytes, true, charset);
    }

    String raw() {
        return bytes.toString(charset);
    }

    /** Returns the lines, the live line last; colours are left out. */
    List<String> lines() {
        var lines = new ArrayList<String>();
        var line = new StringBuilder();
        String text = raw().replaceAll("\u001b\\[[0-9;]*m", "");
        for (int i = 0; i < text.length(); i++) {
            if (text.startsWith("\r\u001b[K", i)) {
                line.setLength(0);
                i += 3;
            } else if (text.charAt(i) == '\n') {
                lines.add(line.toString());
                line.setLength(0);
            } else {
                line.append(text.charAt(i));
            }
        }
        lines.add(line.toString());
        return lines;
    }

    String live() {
        return lines().getLast();
    }

    String text() {
        return String.join("\n", lines());
    }

    int redraws() {
        return raw().split("\r\u001b\\[K", -1).length - 1;
    }
}
