"""`voiceguide listen`: waits to be asked, guides, waits again, for months if need be."""
