"""The colours of every picture of a network."""

#: Colours that the colour-blind tell apart (Okabe, Ito, "Color universal design").
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
#: Hidden neurons, wherever neurons are drawn.
HIDDEN = PALETTE[2]
