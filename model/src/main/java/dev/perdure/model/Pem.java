package dev.perdure.model;

import dev.perdure.core.BadSettingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Bytes as text (RFC 7468): one block or several, between lines that say what they are. */
final class Pem {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----\\s*([A-Za-z0-9+/=\\s]*?)-----END \\1-----");

    private Pem() {}

    /** One block. */
    record Block(String label, byte[] bytes) {}

    static String write(String label, byte[] bytes) {
        String base64 = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(bytes);
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(label, base64, label);
    }

    /** Returns the blocks of a text; what stands between them is for people. */
    static List<Block> read(String source, String text) {
        var blocks = new ArrayList<Block>();
        Matcher matcher = BLOCK.matcher(text);
        while (matcher.find()) {
            try {
                blocks.add(new Block(matcher.group(1), Base64.getMimeDecoder().decode(matcher.group(2))));
            } catch (IllegalArgumentException e) {
                throw new BadSettingException("%s: the block '%s' is damaged: %s. Get the file again."
                        .formatted(source, matcher.group(1), e.getMessage()));
            }
        }
        return blocks;
    }
}
