/** What is shown in the place of what is not there: nothing, not yet, or not to be had. */
import type { ReactNode } from 'react';
import { Icon, type IconName } from './icons.js';

interface EmptyProps {
  readonly icon: IconName;
  readonly title: string;
  /** Where it is all that the view has to show. */
  readonly alone?: boolean;
  readonly children: ReactNode;
}

export const Empty = ({ icon, title, alone = false, children }: EmptyProps) => (
  <div className="empty">
    <span className="empty-icon">
      <Icon name={icon} />
    </span>
    {alone ? <h1>{title}</h1> : <h2>{title}</h2>}
    <p>{children}</p>
  </div>
);

/** Shown only after a moment, so that what is quick does not flicker. */
export const Loading = ({ rows = 3, what }: { rows?: number; what: string }) => (
  <div className="loading" role="status" aria-label={`Loading ${what}`}>
    {Array.from({ length: rows }, (_, row) => (
      <div key={row} className="skeleton" />
    ))}
  </div>
);

interface ProblemProps {
  readonly title: string;
  readonly failure: Error;
  readonly again?: (() => void) | undefined;
  /** Where it is all that the view has to show. */
  readonly alone?: boolean;
}

export const Problem = ({ title, failure, again, alone = false }: ProblemProps) => (
  <div className="problem" role="alert">
    {alone ? <h1>{title}</h1> : <h2>{title}</h2>}
    <p>{failure.message}</p>
    {again && (
      <button type="button" className="button" onClick={again}>
        <Icon name="retry" />
        Try again
      </button>
    )}
  </div>
);

/** What ended an operation, and what can be done about it. */
export const Failure = ({ message, advice }: { message: string; advice: string }) => (
  <div className="failure">
    <p>{message}</p>
    {advice !== '' && <p className="advice">{advice}</p>}
  </div>
);
