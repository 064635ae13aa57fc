import { useState } from 'react';
import { Icon } from './icons.js';

/** A command, and a button that copies it. */
export function Command({ label, command }: { label: string; command: string }) {
  const [said, say] = useState('');
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(command);
      say('Copied');
    } catch {
      say('Not allowed: select it');
    }
  };
  return (
    <div className="command">
      <span className="command-label">{label}</span>
      <code tabIndex={0}>{command}</code>
      <button type="button" className="button" aria-label={`Copy ${label} as curl`} onClick={copy}>
        <Icon name={said === 'Copied' ? 'check' : 'copy'} />
        {said || 'Copy as curl'}
      </button>
      <span className="unseen" role="status">{said}</span>
    </div>
  );
}
