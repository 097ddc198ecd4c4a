package dev.perdure.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What every file and module of the house keeps to. */
class TidyTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().resolve("..").normalize();
    private static final int MAIN_FILE_LINES_MAX = 400;
    private static final Set<String> MAY_NAME_ENGINES = Set.of("cli", "examples");
    private static final Pattern DEPENDENCY = Pattern.compile(
            "<artifactId>perdure-([a-z-]+)</artifactId>\\s*(?:<version>[^<]*</version>\\s*)?(<scope>test</scope>)?");

    @Test
    void theDrawingOfTheModulesIsTrue() throws IOException {
        Map<String, Integer> floors = drawnFloors();
        List<String> modules = modules();
        assertThat(floors.keySet()).containsExactlyInAnyOrderElementsOf(modules);
        for (String module : modules) {
            for (var dependency : dependencies(module).entrySet()) {
                String used = dependency.getKey();
                if (dependency.getValue()) { // for tests only
                    continue;
                }
                assertThat(floors.get(used))
                        .as("%s uses %s, which must stand on a lower floor of docs/ARCHITECTURE.md", module, used)
                        .isLessThan(floors.get(module));
                if (used.startsWith("engine-") || used.startsWith("store-")) {
                    assertThat(MAY_NAME_ENGINES).as("%s names %s", module, used).contains(module);
                }
            }
        }
    }

    /** Returns each drawn module's floor, the lowest being 0. */
    private static Map<String, Integer> drawnFloors() throws IOException {
        String page = Files.readString(ROOT.resolve("docs/ARCHITECTURE.md"));
        int begin = page.indexOf("```text\n") + "```text\n".length();
        List<String> lines =
                page.substring(begin, page.indexOf("```", begin)).lines().toList();
        var floors = new LinkedHashMap<String, Integer>();
        for (int line = 0; line < lines.size(); line++) {
            for (String module : lines.get(line).trim().split("\\s+")) {
                floors.put(module, lines.size() - 1 - line);
            }
        }
        return floors;
    }

    private static List<String> modules() throws IOException {
        return matches("<module>([a-z-]+)</module>", Files.readString(ROOT.resolve("pom.xml")))
                .map(match -> match.group(1))
                .filter(module -> !module.equals("bom"))
                .toList();
    }

    /** Returns what a module depends on, and whether for tests only. */
    private static Map<String, Boolean> dependencies(String module) throws IOException {
        String pom = Files.readString(ROOT.resolve(module).resolve("pom.xml"));
        String used = pom.substring(pom.indexOf("<dependencies>"));
        var dependencies = new LinkedHashMap<String, Boolean>();
        DEPENDENCY.matcher(used).results().forEach(match -> dependencies.put(match.group(1), match.group(2) != null));
        return dependencies;
    }

    @Test
    void everyModuleIsInTheBom() throws IOException {
        String bom = Files.readString(ROOT.resolve("bom/pom.xml"));
        for (String module : modules()) {
            if (!module.equals("examples")) {
                assertThat(bom).contains("<artifactId>perdure-" + module + "</artifactId>");
            }
        }
    }

    @Test
    void everyPackageHasAWalkThatNamesItsTypes() throws IOException {
        for (Path folder : packagesOf("main")) {
            Path walk = folder.resolve("package-info.java");
            assertThat(walk).exists();
            assertThat(Files.readString(walk))
                    .as("%s", walk)
                    .contains("@NullMarked")
                    .contains("<li>");
        }
    }

    @Test
    void everyPublicTypeSaysWhatItIs() throws IOException {
        var silent = new ArrayList<String>();
        Pattern type = Pattern.compile(
                "(?m)(^|\\n)((?:@[^\\n]*\\n)*)public (?:(?:abstract|final|sealed|non-sealed) )*(?:class|interface|record|enum|@interface) (\\w+)");
        for (Path file : sources("main")) {
            String text = Files.readString(file);
            matches(type, text)
                    .filter(match ->
                            !text.substring(0, match.start()).stripTrailing().endsWith("*/"))
                    .filter(match -> !precededByDoc(text, match))
                    .forEach(match -> silent.add(ROOT.relativize(file) + ": " + match.group(3)));
        }
        assertThat(silent).isEmpty();
    }

    /** Annotations with arguments over several lines may stand between the Javadoc and the type. */
    private static boolean precededByDoc(String text, MatchResult match) {
        String before = text.substring(0, match.start());
        int doc = before.lastIndexOf("*/");
        return doc >= 0
                && before.substring(doc).lines().skip(1).findFirst().orElse("").startsWith("@");
    }

    @Test
    void noMainFileGrowsWhereProtocolAndSideEffectsMeet() throws IOException {
        for (Path file : sources("main")) {
            if (file.getFileName().toString().endsWith("Contract.java")) { // a test suite that ships
                continue;
            }
            try (Stream<String> lines = Files.lines(file)) {
                assertThat(lines.count()).as("lines of %s", file).isLessThanOrEqualTo(MAIN_FILE_LINES_MAX);
            }
        }
    }

    @Test
    void nothingIsLeftUndoneOrSwitchedOff() throws IOException {
        Pattern leftover =
                Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b|@Dis" + "abled|printStack" + "Trace\\(\\)");
        for (String kind : List.of("main", "test")) {
            for (Path file : sources(kind)) {
                assertThat(matches(leftover, Files.readString(file))
                                .map(MatchResult::group)
                                .toList())
                        .as("%s", file)
                        .isEmpty();
            }
        }
    }

    @Test
    void noTestSleepsInsteadOfWaitingForWhatItExpects() throws IOException {
        for (Path file : sources("test")) {
            assertThat(Files.readString(file)).as("%s", file).doesNotContain("Thread" + ".sleep");
        }
    }

    @Test
    void everyLinkBetweenDocumentsLeadsSomewhere() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT, 4)) {
            for (Path page : files.filter(
                            f -> f.toString().endsWith(".md") && !f.toString().contains("/target/"))
                    .toList()) {
                matches("\\]\\(([^)#:]+)(?:#[^)]*)?\\)", Files.readString(page))
                        .map(match -> match.group(1))
                        .forEach(link -> assertThat(page.resolveSibling(link))
                                .as("link in %s", page)
                                .exists());
            }
        }
    }

    private static Set<Path> packagesOf(String kind) throws IOException {
        var folders = new TreeSet<Path>();
        for (Path file : sources(kind)) {
            if (!file.getFileName().toString().equals("module-info.java")) {
                folders.add(file.getParent());
            }
        }
        return folders;
    }

    private static List<Path> sources(String kind) throws IOException {
        var sources = new ArrayList<Path>();
        for (String module : modules()) {
            Path folder = ROOT.resolve(module).resolve("src").resolve(kind).resolve("java");
            if (Files.exists(folder)) {
                try (Stream<Path> files = Files.walk(folder)) {
                    files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
                }
            }
        }
        return sources;
    }

    private static Stream<MatchResult> matches(String pattern, String text) {
        return matches(Pattern.compile(pattern), text);
    }

    private static Stream<MatchResult> matches(Pattern pattern, String text) {
        return pattern.matcher(text).results();
    }
}
