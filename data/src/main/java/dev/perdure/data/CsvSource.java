package dev.perdure.data;

import dev.perdure.core.BadSettingException;
import dev.perdure.core.Suggestions;
import dev.perdure.data.DataSettings.Csv;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import org.apache.commons.csv.CSVException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/** Reads tables of comma-separated values. */
final class CsvSource {
    private final Csv settings;
    private final Quarantine quarantine;
    private final CsvRows rows;
    private int samples;

    CsvSource(Csv settings, Quarantine quarantine) {
        this.settings = settings;
        this.quarantine = quarantine;
        this.rows = new CsvRows(settings);
    }

    Records read() throws IOException {
        Sources.requireFile(settings.file(), "data.file");
        try (var spool = new Spool(settings.preparation().memoryBytes(), 0)) {
            read(settings.file(), spool);
            int testFrom = samples;
            if (settings.test().isPresent()) {
                Sources.requireFile(settings.test().get(), "data.test");
                read(settings.test().get(), spool);
            }
            MemorySegment cells = spool.finish();
            int bytes = Math.multiplyExact(settings.columns().size(), Float.BYTES);
            return new Records(
                    new SegmentSamples(cells, samples, bytes, null, false),
                    rows.targets(),
                    new Layout.Table(rows.columns()),
                    testFrom);
        }
    }

    private void read(Path file, Spool spool) throws IOException {
        CSVFormat format = CSVFormat.RFC4180
                .builder()
                .setDelimiter(settings.delimiter())
                .setIgnoreEmptyLines(true)
                .get();
        try (CSVParser parser =
                CSVParser.builder().setReader(utf8(file)).setFormat(format).get()) {
            readRows(file, parser, spool);
        } catch (CharacterCodingException e) {
            throw new BadDataException("%s: not UTF-8 text. Convert it first.".formatted(file));
        }
    }

    private void readRows(Path file, CSVParser parser, Spool spool) throws IOException {
        Iterator<CSVRecord> records = parser.iterator();
        if (!hasNext(file, parser, records)) {
            throw new BadDataException("%s: empty (expected: a header line and records)".formatted(file));
        }
        int[] positions = positions(file, records.next().toList());
        int width = positions[positions.length - 1];
        while (hasNext(file, parser, records)) {
            CSVRecord record = records.next();
            long line = parser.getCurrentLineNumber() - newlines(record);
            quarantine.read(1);
            String problem = record.size() == width
                    ? rows.take(record, positions)
                    : "%d values (expected: %d, as in the header)".formatted(record.size(), width);
            if (problem.isEmpty()) {
                spool.append(rows.cells(), rows.cells().length);
                samples++;
            } else {
                quarantine.add(file.toString(), line, problem);
            }
        }
    }

    private static boolean hasNext(Path file, CSVParser parser, Iterator<CSVRecord> records) throws IOException {
        try {
            return records.hasNext();
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof CSVException malformed) {
                throw new BadDataException("%s:%d: not comma-separated values: %s. Check the quotes up to that line."
                        .formatted(file, parser.getCurrentLineNumber(), malformed.getMessage()));
            }
            throw e.getCause();
        }
    }

    private static long newlines(CSVRecord record) {
        return record.stream()
                .mapToLong(value -> value.chars().filter(c -> c == '\n').count())
                .sum();
    }

    private static Reader utf8(Path file) throws IOException {
        var in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
        in.mark(3);
        if (!Arrays.equals(in.readNBytes(3), new byte[] {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF})) {
            in.reset();
        }
        return new InputStreamReader(
                in,
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT));
    }

    /** Returns where the columns and then the targets are in a line, and last how many values a line has. */
    private int[] positions(Path file, List<String> header) {
        List<String> names = header.stream().map(String::strip).toList();
        if (new HashSet<>(names).size() < names.size()) {
            throw new BadDataException("%s: header %s (expected: each name once)".formatted(file, names));
        }
        var wanted = new ArrayList<>(settings.columns().keySet());
        wanted.addAll(settings.target());
        var problems = new ArrayList<String>();
        int[] positions = new int[wanted.size() + 1];
        for (int i = 0; i < wanted.size(); i++) {
            positions[i] = names.indexOf(wanted.get(i));
            if (positions[i] < 0) {
                problems.add("data: column %s (expected: one of %s, the header of %s). %s"
                        .formatted(wanted.get(i), names, file, Suggestions.didYouMean(wanted.get(i), names))
                        .stripTrailing());
            }
        }
        if (!problems.isEmpty()) {
            throw new BadSettingException(problems);
        }
        positions[wanted.size()] = names.size();
        return positions;
    }
}
