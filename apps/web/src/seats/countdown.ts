/** Below this a hold is about to end, and looks like it. */
export const SOON_SECONDS = 30;

/** "04:59", or "1:04:59" for the longest holds. */
export function clockFace(seconds: number): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  const rest = `${two(minutes % 60)}:${two(seconds % 60)}`;
  return minutes < 60 ? rest : `${Math.floor(minutes / 60)}:${rest}`;
}

/** What is said aloud: it changes every half minute, so that a screen reader is not talked over each second. */
export function spokenLeft(seconds: number): string {
  if (seconds === 0) return "The hold has expired";
  const stepped = Math.ceil(seconds / SOON_SECONDS) * SOON_SECONDS;
  if (stepped <= SOON_SECONDS) return "Less than 30 seconds left";
  const minutes = Math.floor(stepped / 60);
  const parts = [minutes > 0 && `${minutes} min`, stepped % 60 > 0 && `${stepped % 60} s`];
  return `About ${parts.filter(Boolean).join(" ")} left`;
}
