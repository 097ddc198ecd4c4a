package dev.perdure.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills real processes in the middle of their puts. */
class LocalObjectStoreCrashTest {
    private static final int ROUNDS = 10;

    /** One kill in four or five hits a put half-way; should none of twenty, there are more. */
    private static final int ROUNDS_MAX = 100;

    @TempDir
    Path folder;

    @Test
    void everyObjectIsWholeAndEveryAcknowledgedOneIsThereAfterSigkill() throws Exception {
        Random random = new Random(20);
        long killedHalfWay = 0;
        for (int round = 0; round < ROUNDS || (killedHalfWay == 0 && round < ROUNDS_MAX); round++) {
            List<String> acknowledged = new ArrayList<>();
            Process one = JavaProcess.start(Putter.class, folder.toString(), "1", Integer.toString(round));
            Process other = JavaProcess.start(Putter.class, folder.toString(), "2", Integer.toString(round));
            try (BufferedReader ofOne = one.inputReader(UTF_8);
                    BufferedReader ofOther = other.inputReader(UTF_8)) {
                readLines(ofOne, random.nextInt(1, 25), acknowledged);
                kill(one);
                readLines(ofOther, random.nextInt(1, 25), acknowledged);
                kill(other);
                drain(ofOne, acknowledged);
                drain(ofOther, acknowledged);
            } finally {
                one.destroyForcibly().waitFor();
                other.destroyForcibly().waitFor();
            }
            checkWhole(round, acknowledged);
            killedHalfWay = temporaryFiles();
        }
        assertThat(killedHalfWay)
                .as("kills that hit a put half-way, or this test shows nothing")
                .isPositive();
    }

    /** Kills through the handle, which leaves the pipe open, so that the last words can be read. */
    private static void kill(Process process) {
        assertThat(process.toHandle().destroyForcibly()).isTrue();
    }

    private void checkWhole(int round, List<String> acknowledged) throws IOException {
        LocalObjectStore store = new LocalObjectStore(folder);
        List<String> names = store.list("");
        assertThat(names).as("round %d", round).containsAll(acknowledged);
        for (String name : names) {
            byte[] bytes = store.readAll(name);
            assertThat(bytes)
                    .as("round %d, %s", round, name)
                    .isEqualTo(content(name, bytes.length == 0 ? 0 : bytes[0]));
        }
    }

    private static void readLines(BufferedReader reader, int lines, List<String> read) throws IOException {
        for (int i = 0; i < lines; i++) {
            String line = reader.readLine();
            assertThat(line).as("the child ended by itself").isNotNull();
            read.add(line);
        }
    }

    /** Reads what the process said before it died; a last line that is cut short says nothing. */
    private static void drain(BufferedReader reader, List<String> read) throws IOException {
        StringBuilder rest = new StringBuilder();
        for (int c = reader.read(); c >= 0; c = reader.read()) {
            rest.append((char) c);
        }
        rest.substring(0, rest.lastIndexOf("\n") + 1).lines().forEach(read::add);
    }

    private long temporaryFiles() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve(".tmp"))) {
            return files.count();
        }
    }

    /** The content that a writer gives to a name: its first byte is the writer, the rest follows from both. */
    static byte[] content(String name, int writer) {
        Random random = new Random(name.hashCode() * 31L + writer);
        byte[] bytes = new byte[1 + random.nextInt(400_000)];
        random.nextBytes(bytes);
        bytes[0] = (byte) writer;
        return bytes;
    }

    /** Puts objects until it is killed, under names that the other writer of the round wants as well. */
    static final class Putter {
        public static void main(String[] arguments) throws IOException {
            LocalObjectStore store = new LocalObjectStore(Path.of(arguments[0]));
            for (int i = 0; ; i++) {
                String name = "round" + arguments[2] + "/" + i % 7 + "/" + i;
                byte[] bytes = content(name, Integer.parseInt(arguments[1]));
                int cut = bytes.length / 3;
                MemorySegment segment = MemorySegment.ofArray(bytes);
                store.putIfAbsent(name, List.of(segment.asSlice(0, cut), segment.asSlice(cut)));
                System.out.print(name + "\n");
                System.out.flush();
            }
        }
    }
}
