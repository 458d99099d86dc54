package io.ringtrace.config;

import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Finds the word that was probably meant. */
final class Suggestion {
    private static final int MOST_LISTED = 16;
    private static final int LONGEST_COMPARED = 64;

    private Suggestion() {}

    /** {@code did you mean 'listeners'?}; null when nothing is near. */
    static @Nullable String didYouMean(String written, Collection<String> known) {
        String nearest = nearest(written, known);
        return nearest == null ? null : "did you mean '" + nearest + "'?";
    }

    static @Nullable String nearest(String written, Collection<String> known) {
        if (written.length() > LONGEST_COMPARED) {
            return null;
        }
        String best = null;
        int bestDistance = Integer.MAX_VALUE;
        for (String word : known) {
            int distance = distance(plain(written), plain(word));
            if (distance < bestDistance) {
                best = word;
                bestDistance = distance;
            }
        }
        return best != null && bestDistance <= Math.max(1, best.length() / 3) ? best : null;
    }

    /** {@code a, b and 7 more}. */
    static String list(Collection<String> words) {
        String shown = String.join(", ", words.stream().limit(MOST_LISTED).toList());
        return words.size() <= MOST_LISTED ? shown : shown + " and " + (words.size() - MOST_LISTED) + " more";
    }

    private static String plain(String word) {
        return word.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "").replace(" ", "");
    }

    /** Insertions, deletions, replacements and swaps of neighbours that make one word of the other. */
    private static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                boolean same = a.charAt(i - 1) == b.charAt(j - 1);
                d[i][j] = Math.min(d[i - 1][j - 1] + (same ? 0 : 1), 1 + Math.min(d[i - 1][j], d[i][j - 1]));
                boolean swapped =
                        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
                if (swapped) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
