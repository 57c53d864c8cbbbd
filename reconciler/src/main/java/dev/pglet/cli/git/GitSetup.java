package dev.pglet.cli.git;

import dev.pglet.manifest.TrustRule;
import dev.pglet.manifest.git.GitRepository;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Sets a clone up so that statuses stay out of commits, and takes that back. */
public final class GitSetup {
  private final Path directory;
  private final Git git;
  private final PrintStream out;

  private GitSetup(Path directory, PrintStream out) {
    this.directory = directory;
    this.git = new Git(directory);
    this.out = out;
  }

  /** For a directory in a repository that git lets this user work in. */
  public static GitSetup in(Path directory, PrintStream out) throws ReconcileException {
    Path real;
    try {
      real = directory.toRealPath();
    } catch (IOException e) {
      throw new Refused(
          "NoManifestDirectory", directory + " cannot be read: " + e, "Name a directory");
    }
    if (!Files.isDirectory(real)) {
      throw new Refused("NoManifestDirectory", real + " is no directory", "Name a directory");
    }
    GitSetup setup = new GitSetup(real, out);
    setup.git.must("rev-parse", "--show-toplevel");
    return setup;
  }

  /**
   * Sets this clone up. May be done again at any time.
   *
   * @param launcher the program that git shall run
   */
  public void install(Path launcher) throws ReconcileException {
    if (!Files.isExecutable(launcher)) {
      throw new HostUnavailable(
          "NoLauncher",
          launcher + " is not there, and git needs a program to run",
          "Run this by the launcher: pglet git setup " + directory);
    }
    refuseOtherFilter();
    try {
      OwnLines.attributes(directory).add();
      OwnLines.ignored(directory).add();
    } catch (IOException e) {
      throw unwritable(e);
    }
    git.must("config", GitFilter.PROCESS, GitFilter.command(launcher));
    look();
    out.printf(
        "Statuses stay out of commits below %s.%n"
            + "  %s names the filter, and .gitignore what pglet writes for a moment: commit them.%n"
            + "  %s says how to run it here; every other clone needs its own pglet git setup.%n",
        directory,
        OwnLines.attributes(directory).file(),
        git.must("rev-parse", "--git-path", "config").text());
    List<String> committed = committed();
    if (!committed.isEmpty()) {
      out.printf(
          "These have a status in git already: %s%n"
              + "  Take it out with: git -C %s add --renormalize . and a commit.%n",
          String.join(", ", committed), directory);
    }
  }

  /** Takes exactly that back. */
  public void undo() throws ReconcileException {
    boolean had;
    try {
      had = OwnLines.attributes(directory).remove();
      OwnLines.ignored(directory).remove();
    } catch (IOException e) {
      throw unwritable(e);
    }
    Path top = Path.of(git.must("rev-parse", "--show-toplevel").text());
    List<String> others =
        new Git(top)
            .run(
                "grep",
                "--untracked",
                "-lz",
                "-F",
                "-e",
                "filter=" + GitFilter.NAME,
                "--",
                ":(glob)**/.gitattributes")
            .names();
    if (others.isEmpty()) {
      git.run("config", "--remove-section", "filter." + GitFilter.NAME);
      out.println("The filter is out of this clone's configuration.");
    } else {
      out.printf(
          "The filter stays in this clone's configuration for %s%n", String.join(", ", others));
    }
    out.printf(
        had
            ? "%s names it no more: commit that. Statuses now show up as modifications.%n"
            : "%s did not name it.%n",
        OwnLines.attributes(directory).file());
    look();
  }

  /** Whoever gave the files to another filter would lose that one. */
  private void refuseOtherFilter() throws ReconcileException {
    List<String> words = git.must("check-attr", "-z", "filter", "--", "a.yaml", "a.yml").names();
    for (int i = 2; i < words.size(); i += 3) {
      String filter = words.get(i);
      if (!List.of("unspecified", "unset", GitFilter.NAME).contains(filter)) {
        throw new Refused(
            "OtherFilter",
            "the attributes of %s give its manifests to the filter %s, and git runs only one"
                .formatted(directory, filter),
            "Take that filter off *.yaml and *.yml of this directory first");
      }
    }
  }

  /** git remembers what it found before the filter changed: it must look at all files again. */
  private void look() throws ReconcileException {
    List<Path> files = new ArrayList<>();
    for (String name : git.must("ls-files", "-z", "--", "*.yaml", "*.yml").names()) {
      files.add(directory.resolve(name));
    }
    try {
      GitRepository repository = GitRepository.of(directory).orElseThrow();
      if (!repository.lookAgain(files, TrustRule.forThisProcess())) {
        out.println("Another git command is at work: run this again when it has ended.");
      }
    } catch (IOException e) {
      out.printf(
          "git's index is left as it is (%s): git status may be wrong until git add is run.%n",
          e.getMessage());
    }
  }

  private List<String> committed() throws ReconcileException {
    return git.run("grep", "--cached", "-lz", "-E", "-e", "^status:", "--", "*.yaml", "*.yml")
        .names();
  }

  private HostUnavailable unwritable(IOException e) {
    return new HostUnavailable(
        "AttributesUnwritable",
        "the files for git in %s cannot be written: %s".formatted(directory, e),
        "Make .gitattributes and .gitignore there writable for this user",
        e);
  }
}
