import { operationActions } from '@walrus/client/bindings';
import { useWalrus } from '@walrus/react';
import { hasEnded, type Status } from '../words.js';
import { Confirmed, useAct } from './dialog.js';
import { Icon } from './icons.js';

interface ActionsProps {
  readonly status: Status;
  /** What it is done to, for the question and for those who only hear it. */
  readonly name: string;
}

/** Cancel while it goes on, retry where it failed. */
export function Actions({ status, name }: ActionsProps) {
  const actions = operationActions(useWalrus(), status.operation_id);
  if (!hasEnded(status)) return <Cancel name={name} act={actions.cancel} />;
  return status.processing_status === 'failed' ? <Retry status={status} name={name} act={actions.retry} /> : null;
}

function Cancel({ name, act }: { name: string; act: () => Promise<unknown> }) {
  const cancel = useAct(act);
  return (
    <>
      <button type="button" className="button" aria-label={`Cancel ${name}`} disabled={cancel.busy} onClick={cancel.run}>
        <Icon name="cross" />
        Cancel
      </button>
      {cancel.failure && <span className="failure-line">{cancel.failure.message}</span>}
    </>
  );
}

function Retry({ status: { kind, error }, name, act }: ActionsProps & { act: () => Promise<unknown> }) {
  const from = kind === 'chat' ? 'The answer begins anew.' : 'It goes on at the step that failed; what was done before is kept.';
  const doubt = error?.retryable === false ? ' The error says that a retry alone does not help.' : '';
  return <Confirmed icon="retry" label="Retry" of={name} question={`Retry ${name}?`} consequence={from + doubt} act={act} />;
}
