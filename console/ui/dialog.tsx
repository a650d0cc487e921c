import type { ComponentChildren, RefObject } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { IconButton } from "./button.tsx";
import { Toasts } from "./toasts.tsx";

interface Props {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** Shown over all else while it is there. Only Escape gives the focus back by itself. */
export function useModal(element: RefObject<HTMLDialogElement | null>): void {
  // Before it is drawn: what is typed next is meant for it.
  useLayoutEffect(() => {
    const { activeElement } = document;
    const dialog = element.current;
    dialog?.showModal();
    return () => {
      dialog?.close();
      (activeElement as HTMLElement | null)?.focus();
    };
  }, []);
}

/** A native dialog: Escape and a click outside close it, and focus goes back to where it was. */
export function Dialog({ title, onClose, children }: Props) {
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useModal(element);
  const onClick = (event: MouseEvent) => event.target === element.current && onClose();
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape does the same
    <dialog
      ref={element}
      class="dialog"
      aria-labelledby={titleId}
      onClose={onClose}
      onClick={onClick}
    >
      <div class="dialog-body">
        <h2 id={titleId}>{title}</h2>
        {children}
        {/* The last, so that what is asked for has the focus first. */}
        <IconButton icon="close" label="Close (Esc)" onClick={onClose} />
      </div>
      {/* What is outside is dimmed, and no screen reader tells of it. */}
      <Toasts />
    </dialog>
  );
}
