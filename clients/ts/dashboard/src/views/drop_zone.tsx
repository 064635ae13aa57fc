import type { DragEvent } from 'react';
import { useRef, useState } from 'react';
import { useShared } from '../hooks.js';
import { Icon } from '../parts/icons.js';

export function DropZone() {
  const { outbox } = useShared();
  const input = useRef<HTMLInputElement>(null);
  const [over, hover] = useState(false);
  const add = (files: FileList | null): void => {
    outbox.add(files ?? []);
    // So that the same file can be chosen again.
    if (input.current) input.current.value = '';
  };
  const drag = (event: DragEvent): void => {
    event.preventDefault();
    hover(event.type === 'dragover');
  };
  const drop = (event: DragEvent): void => {
    drag(event);
    add(event.dataTransfer.files);
  };
  return (
    <label className={over ? 'drop-zone over' : 'drop-zone'} onDragOver={drag} onDragLeave={drag} onDrop={drop}>
      <input ref={input} type="file" multiple onChange={(event) => add(event.currentTarget.files)} />
      <Icon name="upload" />
      <strong>{over ? 'Let go to upload' : 'Drop files here, or choose them'}</strong>
      <span className="quiet">PDF, Word, Excel, PowerPoint, OpenDocument, EPUB, HTML, Markdown, CSV, JSON, text</span>
    </label>
  );
}
