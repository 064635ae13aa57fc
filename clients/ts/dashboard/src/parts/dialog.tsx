import type { ReactNode } from 'react';
import { useLayoutEffect, useRef, useState } from 'react';
import { Icon, type IconName } from './icons.js';

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly wide?: boolean;
}

/** The browser's own: it keeps the focus inside and closes by Escape. The focus goes back to where it was. */
export function Dialog({ title, onClose, children, wide = false }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const shown = dialog.current;
    const before = document.activeElement;
    shown?.showModal();
    return () => {
      shown?.close();
      // A browser does not give it back where the dialog has left the document already.
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      className={wide ? 'dialog wide' : 'dialog'}
      aria-label={title}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      <div className="dialog-inner">{children}</div>
    </dialog>
  );
}

interface ConfirmedProps {
  readonly icon: IconName;
  readonly label: string;
  /** What it is done to, for those who only hear it. */
  readonly of: string;
  readonly question: string;
  readonly consequence: string;
  readonly dangerous?: boolean;
  readonly act: () => Promise<unknown>;
}

/** A button that asks first. */
export function Confirmed({ icon, label, of, question, consequence, dangerous = false, act }: ConfirmedProps) {
  const [open, show] = useState(false);
  const work = useAct(act);
  const close = (): void => show(false);
  const confirm = async (): Promise<void> => {
    if (await work.run()) close();
  };
  return (
    <>
      <button type="button" className="button" aria-label={`${label} ${of}`} onClick={() => show(true)}>
        <Icon name={icon} />
        {label}
      </button>
      {open && (
        <Dialog title={question} onClose={close}>
          <h2>{question}</h2>
          <p>{consequence}</p>
          {work.failure && <p className="failure-line">{work.failure.message}</p>}
          <div className="dialog-actions">
            <button type="button" className="button" onClick={close}>
              Leave it
            </button>
            <button type="button" className={dangerous ? 'button danger' : 'button primary'} disabled={work.busy} onClick={confirm}>
              {label}
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}

/** Something that is asked of the server: whether it goes on, and why it did not work. */
export function useAct(act: () => Promise<unknown>) {
  const [busy, work] = useState(false);
  const [failure, fail] = useState<Error | null>(null);
  const run = async (): Promise<boolean> => {
    work(true);
    fail(null);
    try {
      await act();
      return true;
    } catch (error) {
      fail(error as Error);
      return false;
    } finally {
      work(false);
    }
  };
  return { busy, failure, run };
}
