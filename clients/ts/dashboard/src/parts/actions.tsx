import type { Operation } from '../ledger.js';
import { useShared } from '../hooks.js';
import { Confirmed, useAct } from './dialog.js';
import { Icon } from './icons.js';

/** Cancel while it goes on, retry where it failed. */
export function Actions({ operation, name }: { operation: Operation; name: string }) {
  const { state } = operation;
  if (!state.ended) return <Cancel operation={operation} name={name} />;
  return state.status === 'failed' ? <Retry operation={operation} name={name} /> : null;
}

function Cancel({ operation, name }: { operation: Operation; name: string }) {
  const { client } = useShared();
  const cancel = useAct(() => client.operations.cancel(operation.id));
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

function Retry({ operation, name }: { operation: Operation; name: string }) {
  const { client, ledger } = useShared();
  const retry = async (): Promise<void> => ledger.take(await client.operations.retry(operation.id));
  const { kind, error } = operation.state;
  const from = kind === 'chat' ? 'The answer begins anew.' : 'It goes on at the step that failed; what was done before is kept.';
  const doubt = error?.retryable === false ? ' The error says that a retry alone does not help.' : '';
  return <Confirmed icon="retry" label="Retry" of={name} question={`Retry ${name}?`} consequence={from + doubt} act={retry} />;
}
