import type { ButtonHTMLAttributes, ComponentChildren } from "preact";
import { Icon, type IconName } from "./icon.tsx";

interface Props extends Omit<ButtonHTMLAttributes, "icon"> {
  readonly kind?: "primary" | "danger" | "plain";
  readonly icon?: IconName;
  readonly submit?: boolean;
  readonly children: ComponentChildren;
}

export function Button({ kind, icon, submit = false, children, ...rest }: Props) {
  return (
    <button type={submit ? "submit" : "button"} class={`button ${kind ?? ""}`} {...rest}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

interface IconButtonProps extends Omit<ButtonHTMLAttributes, "icon"> {
  readonly icon: IconName;
  /** What it does, for who does not see the icon, and on hovering. */
  readonly label: string;
}

export function IconButton({ icon, label, ...rest }: IconButtonProps) {
  return (
    <button type="button" class="button plain icon" aria-label={label} title={label} {...rest}>
      <Icon name={icon} />
    </button>
  );
}
