/** What goes on while a provider is on the page, whichever of its components are. */
export interface Task {
  /** Begins, and returns the way to stop. */
  start(): () => void;
}

export interface Background {
  /** Runs a task from now on; one that runs already goes on. */
  run(task: Task): void;
  /** Begins everything, when the provider comes to the page; returns the way to stop everything, when it goes. */
  start(): () => void;
}

export function createBackground(): Background {
  const tasks = new Set<Task>();
  const stops = new Set<() => void>();
  let isOn = false;
  return {
    run(task) {
      if (tasks.has(task)) return;
      tasks.add(task);
      if (isOn) stops.add(task.start());
    },
    start() {
      isOn = true;
      for (const task of tasks) stops.add(task.start());
      return () => {
        isOn = false;
        for (const stop of stops) stop();
        stops.clear();
      };
    },
  };
}
