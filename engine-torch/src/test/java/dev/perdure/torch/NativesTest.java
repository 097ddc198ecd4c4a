package dev.perdure.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class NativesTest {

    @Test
    void saysWhereThereIsNoLibtorch() {
        assertThat(Natives.problem("windows-x86", _ -> true))
                .contains(
                        "platform: windows-x86 (expected: one of linux-x86_64, macosx-arm64). libtorch is not built for this"
                                + " one: run on another machine.");
    }

    @Test
    void saysWhichArtifactIsMissing() {
        assertThat(Natives.problem("linux-x86_64", _ -> false))
                .hasValueSatisfying(problem -> assertThat(problem)
                        .contains("org/bytedeco/pytorch/linux-x86_64/libtorch_cpu.so is not on the class path")
                        .contains("classifier linux-x86_64"));
    }

    @Test
    void findsNothingWrongWhereTheLibraryIs() {
        var asked = new ArrayList<String>();
        assertThat(Natives.problem("macosx-arm64", asked::add)).isEmpty();
        assertThat(asked).isEqualTo(List.of("org/bytedeco/pytorch/macosx-arm64/libtorch_cpu.dylib"));
    }

    @Test
    void saysInOneLineWhyALibraryDoesNotLoad() {
        var error = new ExceptionInInitializerError(new UnsatisfiedLinkError("libgomp.so.1: cannot open\nat frame"));
        assertThat(Natives.unloadable("linux-x86_64", error))
                .startsWith("libtorch for linux-x86_64 does not load: libgomp.so.1: cannot open. ")
                .doesNotContain("\n");
    }
}
