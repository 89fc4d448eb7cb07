"""Names that a new function in C may have."""

import re

#: Words of C up to C23, and of C++.
_KEYWORDS = frozenset(
    "alignas alignof and and_eq asm auto bitand bitor bool break case catch char "
    "char8_t char16_t char32_t class compl concept const consteval constexpr constinit "
    "const_cast continue co_await co_return co_yield decltype default delete do double "
    "dynamic_cast else enum explicit export extern false float for friend goto if "
    "inline int long main mutable namespace new noexcept not not_eq nullptr operator "
    "or or_eq private protected public register reinterpret_cast requires restrict "
    "return short signed sizeof static static_assert static_cast struct switch "
    "template this thread_local throw true try typedef typeid typename typeof "
    "typeof_unqual union unsigned using virtual void volatile wchar_t while xor "
    "xor_eq".split()
)

#: What ``math.h`` declares for double, and with a suffix for float and long double.
_FUNCTIONS = (
    "acos asin atan atan2 cos sin tan acosh asinh atanh cosh sinh tanh exp exp2 expm1 "
    "frexp ilogb ldexp log log10 log1p log2 logb modf scalbn scalbln cbrt fabs hypot "
    "pow sqrt erf erfc lgamma tgamma ceil floor nearbyint rint lrint llrint round "
    "lround llround trunc fmod remainder remquo copysign nan nextafter nexttoward fdim "
    "fmax fmin fma acospi asinpi atanpi atan2pi cospi sinpi tanpi compoundn exp10 "
    "exp10m1 exp2m1 log10p1 log2p1 logp1 pown powr rootn rsqrt roundeven fromfp "
    "ufromfp fromfpx ufromfpx llogb nextup nextdown fmaximum fminimum canonicalize "
    "totalorder totalordermag getpayload setpayload drem significand pow10 sincos "
    "finite gamma isinf isnan j0 j1 jn scalb y0 y1 yn"
).split()

#: What else is found there: types, macros, and a variable.
_ELSE = (
    "linux unix float_t double_t lgamma_r lgammaf_r lgammal_r "
    "fpclassify isfinite isnormal signbit isgreater isgreaterequal "
    "isless islessequal islessgreater isunordered issignaling issubnormal iszero "
    "iscanonical iseqsig signgam HUGE HUGE_VAL HUGE_VALF HUGE_VALL INFINITY NAN SNAN "
    "OVERFLOW UNDERFLOW DOMAIN SING PLOSS TLOSS MAXFLOAT math_errhandling "
    "MATH_ERRNO MATH_ERREXCEPT"
).split()

#: Names that no new function may have.
_TAKEN = _KEYWORDS.union(
    _ELSE, *({f"{name}{suffix}" for suffix in ("", "f", "l")} for name in _FUNCTIONS)
)


def refuse_taken(name: str) -> None:
    """Refuse what is no name of a function, or is another's.

    Parameters
    ----------
    name : str

    Raises
    ------
    ValueError
        If it is; the message says which.
    """
    if not (isinstance(name, str) and re.fullmatch("[A-Za-z][A-Za-z0-9_]*", name)):
        raise ValueError(
            f"name must be an identifier in C that begins with a letter; got {name!r}."
        )
    if name in _TAKEN or re.match("(M|FP)_", name):
        raise ValueError(
            f"name must be an identifier in C that neither the language nor math.h "
            f"has; got {name!r}. Try {name + '_model'!r}."
        )
