package io.ringtrace.sip.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A hash table that is linked through its entries")
class HashChainsTest {
    private static final int MANY = 5_000;
    /** So many entries have each hash. */
    private static final int ALIKE = 5;

    private final HashChains<Link> chains = new HashChains<>() {
        @Override
        protected long hash(Link link) {
            return link.number / ALIKE;
        }

        @Override
        protected @Nullable Link next(Link link) {
            return link.next;
        }

        @Override
        protected void link(Link link, @Nullable Link next) {
            link.next = next;
        }
    };

    private static final class Link {
        final int number;

        @Nullable
        Link next;

        Link(int number) {
            this.number = number;
        }
    }

    private List<Link> filled() {
        List<Link> links = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            links.add(new Link(i));
            chains.add(links.getLast());
        }
        return links;
    }

    private boolean has(Link wanted) {
        for (Link at = chains.first(wanted.number / ALIKE); at != null; at = at.next) {
            if (at.number == wanted.number) {
                return true;
            }
        }
        return false;
    }

    @Test
    void findsEachHoweverManyHaveItsHash() {
        assertThat(filled()).allMatch(this::has);
        assertThat(chains.size()).isEqualTo(MANY);
        assertThat(has(new Link(MANY))).isFalse();
    }

    @Test
    void losesOnlyWhatIsTakenOut() {
        List<Link> links = filled();
        for (int i = 0; i < MANY; i += 2) {
            assertThat(chains.remove(links.get(i))).isTrue();
        }
        assertThat(links).allMatch(link -> has(link) == (link.number % 2 == 1));
        assertThat(chains.size()).isEqualTo(MANY / 2);
    }

    @Test
    void takesNothingOutThatIsNotThere() {
        List<Link> links = filled();
        assertThat(chains.remove(new Link(7))).isFalse();
        assertThat(chains.remove(links.get(7))).isTrue();
        assertThat(chains.remove(links.get(7))).isFalse();
        assertThat(chains.size()).isEqualTo(MANY - 1);
    }

    @Test
    void showsSomeOfThoseThatAreWanted() {
        filled();
        assertThat(chains.some(10, link -> link.number % 2 == 0))
                .hasSize(10)
                .doesNotHaveDuplicates()
                .allMatch(link -> link.number % 2 == 0);
        assertThat(chains.some(MANY, link -> link.number < 3)).hasSize(3);
        assertThat(chains.some(0, _ -> true)).isEmpty();
    }
}
