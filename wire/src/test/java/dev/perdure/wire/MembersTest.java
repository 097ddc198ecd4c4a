package dev.perdure.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.perdure.supervision.Generation;
import dev.perdure.supervision.Share;
import dev.perdure.supervision.WorkerId;
import dev.perdure.wire.v1.Wire;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MembersTest {
    private static final List<String> NAMES = List.of(
            "w%d-1",
            "w%d-2", "w%d-1-e7", "host-%d", "%d", "0%d", "w", "a.b_c", "w007-1", "w99999999999-1", "999999999", "-");

    @Test
    void whateverMembersAreCalledTheyAreReadAsTheyWereWritten() {
        for (int seed = 0; seed < 2000; seed++) {
            List<Share> shares = shares(new Random(seed));
            Wire.Form.Builder form = Wire.Form.newBuilder();
            Members.write(shares, form);
            assertThat(Members.read(form.build())).as("seed %d", seed).isEqualTo(shares);
        }
    }

    private static List<Share> shares(Random random) {
        List<Share> shares = new ArrayList<>();
        int from = 0;
        while (random.nextInt(5) > 0) {
            String name = NAMES.get(random.nextInt(NAMES.size()));
            int first = random.nextInt(3) == 0 ? random.nextInt(1_000_000_000) : random.nextInt(12);
            for (int i = random.nextInt(4); i >= 0; i--) {
                int to = from + random.nextInt(4);
                shares.add(new Share(new WorkerId(name.formatted(first++)), from, to));
                from = to;
            }
        }
        return shares;
    }

    @Test
    void whatEachOfTenThousandIsToldOfAllIsAByteForEach() {
        List<WorkerId> workers = IntStream.range(0, 10_000)
                .mapToObj(slot -> new WorkerId("w%d-%d".formatted(slot, slot % 1000 == 999 ? 2 : 1)))
                .toList();
        Wire.Form.Builder form = Wire.Form.newBuilder();
        Members.write(Generation.share(workers, List.of(), 15_000), form);
        assertThat(form.build().getSerializedSize()).isLessThan(10_500);
    }

    @Test
    void refusesNamesWithoutSizesAndMoreNamesThanThereCanBe() {
        Wire.Names many = Wire.Names.newBuilder()
                .setBefore("w")
                .setFirst(0)
                .setCount(Integer.MAX_VALUE)
                .build();
        for (Wire.Form.Builder form : List.of(
                Wire.Form.newBuilder().addMembers(many),
                Wire.Form.newBuilder().addMembers(many).addMembers(many).addSizes(1),
                Wire.Form.newBuilder().addSizes(1),
                Wire.Form.newBuilder().addMembers(many.toBuilder().setCount(1)).addSizes(-1),
                Wire.Form.newBuilder().addMembers(many.toBuilder().setCount(-1)).addSizes(1),
                Wire.Form.newBuilder()
                        .addMembers(many.toBuilder().setCount(2))
                        .addSizes(Integer.MAX_VALUE)
                        .addSizes(1))) {
            assertThatIllegalArgumentException().isThrownBy(() -> Members.read(form.build()));
        }
    }
}
