import { type HoldfastFailure, isHoldfastError } from "@holdfast/client";
import { QueryErrorResetBoundary } from "@tanstack/react-query";
import { Component, type ReactNode } from "react";
import { useHoldfast } from "./context.ts";

export interface Failed {
  /** An error of the table (docs/errors.md): `code` narrows `details`. */
  readonly error: HoldfastFailure;
  /** Renders the children again, and so reads again what could not be read. */
  readonly retry: () => void;
  /**
   * Whether whoever asks again can't do something twice. True of all that a hook throws, because hooks throw what they could not
   * read. False of a mutation's error, thrown by your own code, whose outcome is unknown: `check()` its intent instead.
   */
  readonly isRetrySafe: boolean;
  /** Whether the same again may succeed: not after NOT_FOUND or FORBIDDEN. */
  readonly isRetryUseful: boolean;
}

export interface HoldfastErrorBoundaryProps {
  readonly fallback: (failed: Failed) => ReactNode;
  readonly children: ReactNode;
}

/** Shows `fallback` for what the Suspense hooks below could not read. Every other error goes on to the next boundary. */
export function HoldfastErrorBoundary({ fallback, children }: HoldfastErrorBoundaryProps) {
  // What one person could not read says nothing of the next.
  const { identity } = useHoldfast();
  return (
    <QueryErrorResetBoundary>
      {({ reset }) => (
        <Boundary key={identity} fallback={fallback} onReset={reset}>
          {children}
        </Boundary>
      )}
    </QueryErrorResetBoundary>
  );
}

interface BoundaryProps extends HoldfastErrorBoundaryProps {
  readonly onReset: () => void;
}

interface BoundaryState {
  readonly thrown: { readonly error: unknown } | undefined;
}

class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { thrown: undefined };

  static getDerivedStateFromError(error: unknown): BoundaryState {
    return { thrown: { error } };
  }

  readonly retry = (): void => {
    this.props.onReset();
    this.setState({ thrown: undefined });
  };

  override render() {
    const { thrown } = this.state;
    if (thrown === undefined) return this.props.children;
    const { error } = thrown;
    if (!isHoldfastError(error)) throw error;
    return this.props.fallback({
      error,
      retry: this.retry,
      isRetrySafe: !error.unresolved,
      isRetryUseful: error.retry === "same-key",
    });
  }
}
