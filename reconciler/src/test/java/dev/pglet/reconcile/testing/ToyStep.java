package dev.pglet.reconcile.testing;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.Retry;
import dev.pglet.reconcile.Risk;
import dev.pglet.reconcile.Step;
import java.util.Optional;
import java.util.Set;

/** What can be done to a box. */
public sealed interface ToyStep extends Step {
  /** Makes the box, closed, of no colour. */
  record Build(int size, Optional<ResourceKey> on) implements ToyStep {
    @Override
    public String describe() {
      return "building a box of size " + size;
    }

    @Override
    public Set<ResourceKey> holds() {
      return on.map(Set::of).orElse(Set.of());
    }
  }

  /** Makes it usable. */
  record Open() implements ToyStep {
    @Override
    public String describe() {
      return "opening the box";
    }

    @Override
    public Retry retry() {
      return Retry.STARTING;
    }
  }

  /** Can only be seen to be needed once the box is open. */
  record Paint(String colour) implements ToyStep {
    @Override
    public String describe() {
      return "painting the box " + colour;
    }

    @Override
    public Retry retry() {
      return Retry.BUSY;
    }
  }

  /** Nobody can use the box meanwhile, nor before it is opened again. */
  record ChangeLid(String lid) implements ToyStep {
    @Override
    public String describe() {
      return "changing the lid to a " + lid + " one";
    }

    @Override
    public Risk risk() {
      return Risk.RESTART;
    }
  }

  /** Nobody can use the box any more. */
  record Close() implements ToyStep {
    @Override
    public String describe() {
      return "closing the box";
    }
  }

  /** Somebody has asked for it; the box is closed, and opened again. */
  record Restart(String id) implements ToyStep {
    @Override
    public String describe() {
      return "restarting the box for " + id;
    }

    @Override
    public Risk risk() {
      return Risk.RESTART;
    }
  }

  /** Somebody has asked for it; whoever uses the box does not notice. */
  record Reload(String id) implements ToyStep {
    @Override
    public String describe() {
      return "reloading the box for " + id;
    }

    @Override
    public Risk risk() {
      return Risk.RELOAD;
    }
  }

  /** Begins an operation that puts something into the box. */
  record StartFilling(String contents) implements ToyStep {
    @Override
    public String describe() {
      return "putting " + contents + " into the box";
    }
  }

  /** The operation has ended, well or not. */
  record ForgetFilling(String how) implements ToyStep {
    @Override
    public String describe() {
      return "noting that what is put into the box " + how;
    }
  }

  /** Throws the box away. */
  record Burn(int size) implements ToyStep {
    @Override
    public String describe() {
      return "burning the box of size " + size;
    }

    @Override
    public Risk risk() {
      return Risk.DESTRUCTIVE;
    }
  }

  /** Lets the box be, without an owner. */
  record Abandon() implements ToyStep {
    @Override
    public String describe() {
      return "abandoning the box";
    }
  }

  @Override
  default Risk risk() {
    return Risk.SAFE;
  }
}
