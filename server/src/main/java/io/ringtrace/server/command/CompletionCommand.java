package io.ringtrace.server.command;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code ringtrace completion}: what makes a shell complete our words. */
@Command(
        name = "completion",
        description = {
            "Writes a script that makes bash or zsh complete commands and options with the tab key.",
            "The Debian package has it installed for bash."
        },
        footer = {
            "  source <(ringtrace completion)                       # this shell",
            "  ringtrace completion > ~/.ringtrace-completion       # and have ~/.zshrc source that file"
        })
public final class CompletionCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls anything
    private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine()
                .getOut()
                .print(AutoComplete.bash("ringtrace", spec.root().commandLine()));
        spec.commandLine().getOut().flush();
        return 0;
    }
}
