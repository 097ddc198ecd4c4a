package dev.perdure.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.perdure.chaos.Agenda.Entry;
import dev.perdure.core.BadSettingException;
import dev.perdure.data.DataSettings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/** Damages a copy of a run's training data, as an agenda says, before anything trains on it. */
public final class DataDamage {
    private static final int LABELS_HEADER = 8;

    private DataDamage() {}

    /**
     * Copies the data and damages the copy.
     *
     * @param folder where the copy goes; made when it is needed
     * @return overrides of a configuration, as {@code key=value}, that lead to the copy; none when there is nothing to damage
     * @throws BadSettingException if data of this format cannot be damaged in this way
     */
    public static List<String> apply(DataSettings data, Agenda agenda, Path folder) throws IOException {
        List<Entry> entries = agenda.entries().stream()
                .filter(entry -> entry.fault() instanceof Fault.OfData)
                .toList();
        if (entries.isEmpty()) {
            return List.of();
        }
        Files.createDirectories(folder);
        return switch (data) {
            case DataSettings.Csv csv -> table(csv, entries, folder.resolve("damaged.csv"));
            case DataSettings.Idx idx -> labels(idx, entries, folder.resolve("damaged-labels.idx"));
            case DataSettings.Images images -> pictures(images, entries, folder.resolve("damaged"));
        };
    }

    private static List<String> table(DataSettings.Csv csv, List<Entry> entries, Path copy) throws IOException {
        List<String> lines = new ArrayList<>(Files.readAllLines(csv.file(), UTF_8));
        String separator = String.valueOf(csv.delimiter());
        List<String> header = List.of(lines.getFirst().split(java.util.regex.Pattern.quote(separator), -1));
        int column = header.indexOf(csv.columns().entrySet().stream()
                .filter(it -> it.getValue() instanceof DataSettings.Column.Numeric)
                .findFirst()
                .orElseThrow(() -> new BadSettingException(csv.file() + ": has no column of numbers to damage"))
                .getKey());
        for (Entry entry : entries) {
            int line = 1 + (int) Long.remainderUnsigned(entry.draw(), lines.size() - 1);
            String[] cells = lines.get(line).split(java.util.regex.Pattern.quote(separator), -1);
            cells[Math.min(column, cells.length - 1)] = entry.fault() instanceof Fault.NanRecord ? "NaN" : "#damaged#";
            lines.set(line, String.join(separator, cells));
        }
        Files.write(copy, lines, UTF_8);
        return List.of("data.file=" + copy.toAbsolutePath());
    }

    private static List<String> labels(DataSettings.Idx idx, List<Entry> entries, Path copy) throws IOException {
        requireRecords(entries, "idx: pixels and labels are whole numbers");
        byte[] bytes;
        try (InputStream in = opened(idx.train().labels())) {
            bytes = in.readAllBytes();
        }
        if (bytes[2] != 8) {
            throw new BadSettingException("%s: labels of type %s (expected: 08, bytes, for corrupt-record)"
                    .formatted(idx.train().labels(), HexFormat.of().toHexDigits(bytes[2])));
        }
        int largest = 0;
        for (int at = LABELS_HEADER; at < bytes.length; at++) {
            largest = Math.max(largest, Byte.toUnsignedInt(bytes[at]));
        }
        int records = ByteBuffer.wrap(bytes).getInt(4);
        for (Entry entry : entries) {
            bytes[LABELS_HEADER + (int) Long.remainderUnsigned(entry.draw(), records)] = (byte) 255;
        }
        Files.write(copy, bytes);
        return List.of(
                "data.labels=" + copy.toAbsolutePath(),
                "data.classes=" + idx.classes().orElse(largest + 1));
    }

    private static InputStream opened(Path file) throws IOException {
        InputStream in = Files.newInputStream(file);
        return file.toString().endsWith(".gz") ? new GZIPInputStream(in) : in;
    }

    private static List<String> pictures(DataSettings.Images images, List<Entry> entries, Path copy)
            throws IOException {
        requireRecords(entries, "images: pixels are whole numbers");
        List<Path> files = new ArrayList<>();
        try (Stream<Path> all = Files.walk(images.folder())) {
            for (Path file : all.sorted().toList()) {
                Path target = copy.resolve(images.folder().relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    files.add(Files.copy(file, target));
                }
            }
        }
        for (Entry entry : entries) {
            Path file = files.get((int) Long.remainderUnsigned(entry.draw(), files.size()));
            byte[] bytes = Files.readAllBytes(file);
            Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length / 2));
        }
        return List.of("data.images.dir=" + copy.toAbsolutePath());
    }

    private static void requireRecords(List<Entry> entries, String why) {
        if (entries.stream().anyMatch(entry -> entry.fault() instanceof Fault.NanRecord)) {
            throw new BadSettingException("nan-record: data of format " + why
                    + " (expected: a table for this kind). Use corrupt-record, or nan-in-batch.");
        }
    }
}
