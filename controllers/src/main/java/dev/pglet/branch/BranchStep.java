package dev.pglet.branch;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.Retry;
import dev.pglet.reconcile.Risk;
import dev.pglet.reconcile.Step;
import dev.pglet.server.ServerStep;

/** What can be done to a branch. */
public sealed interface BranchStep extends Step {
  @Override
  default Risk risk() {
    return Risk.SAFE;
  }

  /** A step of the server. */
  record OnServer(ServerStep step) implements BranchStep {
    @Override
    public String name() {
      return step.name();
    }

    @Override
    public String describe() {
      return step.describe();
    }

    @Override
    public Risk risk() {
      return step.risk();
    }

    @Override
    public boolean staggered() {
      return step.staggered();
    }

    @Override
    public Retry retry() {
      return step.retry();
    }
  }

  /**
   * Starts the operation that copies the source's data. The operation, not this step, holds the
   * source.
   *
   * @param running whether the source's server runs
   */
  record StartCopy(String operation, ResourceKey source, boolean running) implements BranchStep {
    @Override
    public String describe() {
      return "copying the data of " + source;
    }
  }

  /**
   * Removes what an unfinished copy has left, and forgets it.
   *
   * @param failure why it failed; empty when the daemon ended meanwhile. A failure is passed on, so
   *     that the next try waits.
   */
  record DiscardCopy(String operation, String failure) implements BranchStep {
    @Override
    public String describe() {
      return "removing what an unfinished copy has left";
    }
  }

  /** Forgets the operation of a copy that is in its place. */
  record AcceptCopy(String operation) implements BranchStep {
    @Override
    public String describe() {
      return "accepting the copy";
    }
  }

  record CancelCopy(String operation) implements BranchStep {
    @Override
    public String describe() {
      return "cancelling the copy";
    }
  }

  /** Starts the server with a socket that only pglet can use, and without background workers. */
  record StartPrivately(int port) implements BranchStep {
    @Override
    public String describe() {
      return "starting the server for pglet alone";
    }
  }

  /** Removes subscriptions, slots and the source's passwords, and remembers that. */
  record Sanitize() implements BranchStep {
    @Override
    public String describe() {
      return "removing subscriptions, slots and passwords of the source";
    }
  }

  /** Lets the branch be used. */
  record OpenBranch() implements BranchStep {
    @Override
    public String describe() {
      return "opening the branch";
    }
  }

  /** Gives the owner a new password and writes the passfile. */
  record SetPassword(String role) implements BranchStep {
    @Override
    public String describe() {
      return "setting a new password for role " + role;
    }
  }
}
