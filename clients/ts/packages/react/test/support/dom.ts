/** A page for React to draw on. What talks to servers stays Node's own. */
import { Window } from 'happy-dom';

const window = new Window({ url: 'http://localhost/' });
const names = ['document', 'navigator', 'Node', 'Element', 'HTMLElement', 'HTMLIFrameElement', 'Event', 'MutationObserver'] as const;

for (const name of names) Object.defineProperty(globalThis, name, { value: window[name], configurable: true });
Object.assign(globalThis, { window });
