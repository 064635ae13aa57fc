import type { UploadOptions } from '@walrus/client';
import { SentWork, type Actions, type SentWorkView } from '@walrus/client/bindings';
import { useMemo } from 'react';

import { useWalrus, type HookOptions } from './context.js';
import { useMade, useReadable } from './use_readable.js';

export interface UploadResult extends SentWorkView, Actions {
  /**
   * Sends a file, in the place of what this hook showed before. Gives the document's id once the server
   * has taken it, and null where it has not: `error` says why.
   */
  upload(file: Blob, options?: Pick<UploadOptions, 'filename' | 'metadata'>): Promise<string | null>;
  /** Shows nothing any more. What was sent goes on. */
  reset(): void;
}

/** One upload at a time, from its first byte to its last step. It goes on without the component. */
export function useUpload(options?: HookOptions): UploadResult {
  const client = useWalrus(options);
  const work = useMade(() => new SentWork(client), client);
  const view = useReadable(work);
  return useMemo(() => {
    const upload: UploadResult['upload'] = (file, details) =>
      work.start((workOptions) => client.documents.upload(file, { ...details, ...workOptions }));
    const { cancel, retry, reset } = work;
    return { ...view, upload, cancel, retry, reset };
  }, [view, work, client]);
}
