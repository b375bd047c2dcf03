import { Tooltip } from "@base-ui/react/tooltip";

export const TooltipProvider = Tooltip.Provider;
