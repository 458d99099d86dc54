package io.ringtrace.sip.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class TablesTest {
    @Nested
    @DisplayName("Our branch")
    class OurBranch {
        @Test
        void namesItsTransaction() {
            byte[] branch = new byte[BranchParameter.LENGTH + 3];
            BranchParameter.write(branch, 3, 255, 0xABCDEF, -1, 0x80000001, 42);
            assertThat(new String(branch, 3, 7, StandardCharsets.US_ASCII)).isEqualTo("z9hG4bK");
            assertThat(BranchParameter.ours(branch, 3, branch.length)).isTrue();
            assertThat(BranchParameter.shard(branch, 3)).isEqualTo(255);
            assertThat(BranchParameter.slot(branch, 3)).isEqualTo(0xABCDEF);
            assertThat(BranchParameter.generation(branch, 3)).isEqualTo(-1);
            assertThat(BranchParameter.random(branch, 3)).isEqualTo(0x80000001);
            assertThat(BranchParameter.loopHash(branch, 3)).isEqualTo(42);
        }

        @Test
        void isNotTakenForSomebodyElses() {
            byte[] other = "z9hG4bK-524287-1---0123456789abcdef-0123".getBytes(StandardCharsets.US_ASCII);
            assertThat(BranchParameter.ours(other, 0, other.length)).isFalse();
        }
    }

    @Nested
    @DisplayName("Client transactions' slots")
    class Slots {
        @Test
        void areBoundedAndUsedAgainWithAnotherGeneration() {
            ClientTransactionSlots slots = new ClientTransactionSlots(300);
            for (int i = 0; i < 300; i++) {
                assertThat(slots.take(i)).isEqualTo(i);
            }
            assertThat(slots.full()).isTrue();
            assertThat(slots.take(0)).isEqualTo(ClientTransactionSlots.NONE);
            int generation = slots.generation(17);
            slots.release(17);
            assertThat(slots.take(99)).isEqualTo(17);
            assertThat(slots.generation(17)).isNotEqualTo(generation);
            assertThat(slots.find(17, generation, 17)).isNull();
        }

        @Test
        void unknownSlotHasNoTransaction() {
            assertThat(new ClientTransactionSlots(10).find(BranchParameter.MOST_SLOTS - 1, 0, 0))
                    .isNull();
        }
    }
}
